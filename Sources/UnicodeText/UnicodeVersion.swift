import CICU

/// The version of ICU found at run time, such as `72.1`.
public var icuVersion: String { unsafe String(cString: icu_version()) }

/// The version of the Unicode data in the ICU found at run time, such as `15.0`.
public var unicodeVersion: String { unsafe String(cString: icu_unicode_version()) }
