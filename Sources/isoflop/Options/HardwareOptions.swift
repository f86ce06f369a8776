import ArgumentParser
import ScalingLaws

/// The devices that a budget is spent on.
struct HardwareOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The device, such as h100-sxm, a100-sxm-80gb, tpu-v4.", valueName: "name")
  )
  var accelerator = "A100-SXM-80GB"

  @Option(
    help: ArgumentHelp(
      "The rate of one device in FLOP/s, instead of a device of the table.",
      valueName: "rate"
    )
  )
  var peak: Count?

  @Option(help: ArgumentHelp("How many devices.", valueName: "devices"))
  var count: Count = Count(1)

  @Option(help: ArgumentHelp("The share of the peak that training reaches.", valueName: "share"))
  var mfu: Double?

  @Option(help: ArgumentHelp("What one device costs an hour.", valueName: "price"))
  var pricePerHour: Double?

  @Option(help: ArgumentHelp("Power of the building over that of the devices.", valueName: "ratio"))
  var pue: Double = 1

  func validate() throws {
    if let mfu, !(mfu > 0 && mfu <= 1) {
      throw ValidationError("--mfu is a share between 0 and 1, such as 0.4.")
    }
    guard let whole = count.whole, whole >= 1 else {
      throw ValidationError("--count is a whole number of devices.")
    }
    if let pricePerHour, !(pricePerHour > 0 && pricePerHour.isFinite) {
      throw ValidationError("--price-per-hour is a positive number.")
    }
    if !(pue >= 1 && pue.isFinite) { throw ValidationError("--pue is at least 1.") }
  }

  /// The plan of the devices.
  func plan() throws -> HardwarePlan {
    if let peak {
      // A rate that was measured is reached: its share is one unless stated.
      return HardwarePlan(
        name: "a device",
        flopsPerSecond: peak.value,
        utilization: mfu ?? 1,
        count: count.whole ?? 1,
        pricePerHour: pricePerHour
      )
    }
    return HardwarePlan(
      try Accelerator.named(accelerator),
      utilization: mfu ?? 0.4,
      count: count.whole ?? 1,
      pricePerHour: pricePerHour,
      powerOverhead: pue
    )
  }
}
