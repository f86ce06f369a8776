import Accounting
import ArgumentParser
import Reports
import ScalingLaws
import Training

/// The devices that a budget is spent on.
struct HardwareOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The device, such as h100-sxm, a100-sxm-80gb, tpu-v4; here times training steps on this "
        + "processor.",
      valueName: "name"
    )
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

  @Option(help: ArgumentHelp("Threads of --accelerator here.", valueName: "threads"))
  var threads = processorCount

  private var isHere: Bool { peak == nil && accelerator == "here" }

  func validate() throws {
    if isHere, mfu != nil {
      throw ValidationError("--accelerator here measures the rate itself: leave --mfu out.")
    }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads is a number from 1 to 1024.")
    }
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
  ///
  /// - Parameter blueprint: The model asked about, which `here` trains where that takes no longer
  ///   than a second or so a step.
  /// - Returns: The devices, their rate and what is known of them.
  /// - Throws: `ScalingLawsError` for an unknown device, and what training throws.
  func plan(_ blueprint: Blueprint?) throws -> HardwarePlan {
    if isHere { return try measuredPlan(blueprint) }
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

extension HardwareOptions {
  /// A step of so many parameters, with the default batch, takes about a second.
  private static let largestTrained = 20_000_000

  /// The plan of this processor, which trains for a second.
  private func measuredPlan(_ blueprint: Blueprint?) throws -> HardwarePlan {
    var progress = ProgressLine(quiet: false)
    progress.update(stage: "Timing", fraction: 0, detail: "training steps on this processor")
    defer { progress.finishLine() }
    let rate = try rate(blueprint)
    var plan = HardwarePlan(
      name: "this processor",
      flopsPerSecond: rate.flopsPerSecond,
      count: count.whole ?? 1,
      pricePerHour: pricePerHour
    )
    plan.measurement =
      "\(rate.steps) training steps of \(rate.blueprint.name), batch \(rate.batch), context "
      + "\(rate.context), \(rate.threads) threads, f32: the fastest took "
      + "\(DecimalText.significant(1e3 * rate.secondsPerStep)) ms, "
      + "\(DecimalText.significant(rate.tokensPerSecond)) tokens/s"
    return plan
  }

  /// The rate of the model itself if it is small, otherwise of a small GPT in its place.
  private func rate(_ blueprint: Blueprint?) throws -> MeasuredRate {
    if let blueprint, blueprint.experts == nil,
      try ParameterCount(blueprint).total <= Self.largestTrained
    {
      return try MeasuredRate(of: blueprint, threads: threads)
    }
    return try MeasuredRate(of: .preset("nano-7"), threads: threads)
  }
}
