public import KernelInterface

/// The kernels of the level this module is built for.
public enum Variant: KernelSet {
  /// The numbers in one vector.
  public static var laneCount: Int { lanes }
  /// The columns in one panel of a right factor.
  public static var panelWidth: Int { 2 * lanes }
}
