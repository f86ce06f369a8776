/// A picture as SVG, drawn from lines, circles and words.
struct SVGDrawing {
  /// The width in pixels.
  let width: Int
  /// The height in pixels.
  let height: Int

  private var elements: [String] = []

  /// Starts an empty white picture.
  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Where a text stands relative to its place.
  enum Anchor: String {
    case start, middle, end
  }

  /// Draws a line through points.
  mutating func line(_ points: [(x: Double, y: Double)], color: String, width: Double = 1) {
    let path = points.map { "\(digits($0.x)),\(digits($0.y))" }.joined(separator: " ")
    elements.append(
      "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(width)\"/>"
    )
  }

  /// Draws a circle, filled or open.
  mutating func circle(_ x: Double, _ y: Double, radius: Double, color: String, filled: Bool) {
    elements.append(
      "<circle cx=\"\(digits(x))\" cy=\"\(digits(y))\" r=\"\(digits(radius))\" "
        + "fill=\"\(filled ? color : "white")\" stroke=\"\(color)\" stroke-width=\"1.5\"/>"
    )
  }

  /// Writes words.
  mutating func text(
    _ words: String,
    _ x: Double,
    _ y: Double,
    anchor: Anchor = .start,
    color: String = "#333",
    size: Int = 13
  ) {
    elements.append(
      "<text x=\"\(digits(x))\" y=\"\(digits(y))\" text-anchor=\"\(anchor.rawValue)\" "
        + "font-size=\"\(size)\" fill=\"\(color)\">\(escaped(words))</text>"
    )
  }

  /// The file's content.
  var svg: String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
    viewBox="0 0 \(width) \(height)" font-family="sans-serif">
    <rect width="\(width)" height="\(height)" fill="white"/>
    \(elements.joined(separator: "\n"))
    </svg>

    """
  }

  private func digits(_ value: Double) -> String { DecimalText.fixed(value, places: 1) }

  private func escaped(_ words: String) -> String {
    words.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
  }
}
