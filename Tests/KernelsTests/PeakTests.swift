import Kernels
import Testing

@Suite struct PeakTests {
  @Test(arguments: [ProductPrecision.f32, .bf16], [1, 2])
  func thePeakIsMeasured(precision: ProductPrecision, threads: Int) throws {
    let team = try ThreadTeam(count: threads)
    let peak = try Kernels().measuredPeak(team: team, precision: precision, seconds: 0.01)
    #expect(peak > 1e7 && peak < 1e15)
  }
}
