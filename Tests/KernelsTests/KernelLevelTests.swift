import Kernels
import Testing

@Suite struct KernelLevelTests {
  @Test func everyProcessorHasTheBaseline() {
    #expect(KernelLevel.available.first == .baseline)
    #expect(KernelLevel.available.last == .best)
  }

  @Test(arguments: KernelLevel.available)
  func aLevelThatTheProcessorHasCanBeTaken(level: KernelLevel) {
    #expect(Kernels(level: level).level == level)
  }

  @Test func errorsSayWhatToDo() {
    let error = KernelsError.unknownLevel(name: "sse9")
    #expect(error.description.contains("baseline, avx2 or avx512"))
  }
}
