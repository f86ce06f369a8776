/// How long a computation takes on a number of equal devices, and what it costs.
public struct TrainingTime: Sendable, Hashable {
  /// The operations that one device reaches per second: peak times utilization.
  public let flopsPerSecond: Double
  /// Seconds on all devices together.
  public let seconds: Double
  /// Seconds times devices, in hours.
  public let deviceHours: Double

  /// Divides a computation among devices.
  ///
  /// Example: 1.08e21 operations at 312e12 · 0.4 per second take 2,404 device hours.
  ///
  /// - Parameters:
  ///   - flops: What is to be computed.
  ///   - peak: The operations per second that a device's vendor states.
  ///   - utilization: The share of the peak that is reached (MFU), from 0 to 1.
  ///   - devices: How many work at once.
  /// - Throws: ``AccountingError`` when a number is not positive or the utilization exceeds 1.
  public init(
    flops: Double,
    peak: Double,
    utilization: Double,
    devices: Int
  ) throws(AccountingError) {
    try requirePositive(flops, "The number of FLOPs")
    try requirePositive(peak, "The peak of the accelerator")
    try requirePositive(utilization, "The utilization")
    try requirePositive(Double(devices), "The number of devices")
    guard utilization <= 1 else {
      throw .invalidPlan(reason: "a utilization of \(utilization) exceeds the peak; state a share")
    }
    flopsPerSecond = peak * utilization
    seconds = flops / flopsPerSecond / Double(devices)
    deviceHours = flops / flopsPerSecond / 3600
  }

  /// The cost at a price per device and hour.
  public func cost(pricePerHour: Double) -> Double { deviceHours * pricePerHour }

  /// The energy in kilowatt-hours, when every device draws its power all the time.
  ///
  /// The overhead is the building's power over that of the devices (PUE).
  public func kilowattHours(watts: Double, overhead: Double = 1) -> Double {
    deviceHours * watts * overhead / 1000
  }

  /// The share of the peak that a finished run reached.
  ///
  /// - Source: Chowdhery et al. 2022, arXiv:2204.02311, appendix B.
  public static func utilization(flops: Double, deviceHours: Double, peak: Double) -> Double {
    flops / (deviceHours * 3600 * peak)
  }
}
