import Accounting
public import Experiments
import RealModule
import ScalingLaws

/// The ladder as a picture: measured losses, the fitted law, and the run it had to predict.
public struct LadderPlot: Sendable {
  private let result: Demonstration.Result

  /// Draws a result.
  public init(_ result: Demonstration.Result) {
    self.result = result
  }

  /// Colors that differ in lightness too, so that they survive a grey print.
  private static let colors = ["#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594", "#08306b"]
  private static let targetColor = "#d94801"

  /// The picture as SVG: tokens to the right, loss upward, a color for each size.
  public var svg: String {
    var drawing = SVGDrawing(width: 760, height: 470)
    let target = result.target
    let prediction = result.prediction
    let runs = result.fitted + [target]
    let sizes = Array(Set(runs.map(\.parameters))).sorted()
    let tokens = runs.map { Double($0.tokens) }
    let losses = runs.map(\.loss) + [prediction.low, prediction.high]
    let x = Axis(
      range: (tokens.min() ?? 1) / 1.25...(tokens.max() ?? 10) * 1.25,
      places: (70, 560),
      isLogarithmic: true
    )
    let spread = max(1e-3, (losses.max() ?? 1) - (losses.min() ?? 0))
    let y = Axis(
      range: (losses.min() ?? 0) - 0.06 * spread...(losses.max() ?? 1) + 0.06 * spread,
      places: (410, 50),
      isLogarithmic: false
    )
    drawFrame(x, y, &drawing)
    for (index, size) in sizes.enumerated() {
      let isTarget = size == target.parameters
      let color =
        isTarget ? Self.targetColor : Self.colors[min(index, Self.colors.count - 1)]
      drawLaw(size, x, y, color, &drawing)
      for run in runs where run.parameters == size {
        drawing.circle(
          x.place(Double(run.tokens)),
          y.place(run.loss),
          radius: 4.5,
          color: color,
          filled: true
        )
      }
      let height = 84 + 22 * Double(index)
      drawing.circle(588, height - 4, radius: 4.5, color: color, filled: true)
      let label = DecimalText.grouped(Double(size))
      drawing.text(isTarget ? "\(label), predicted" : label, 600, height)
    }
    drawing.text("N", 600, 60)
    drawPrediction(x, y, &drawing)
    return drawing.svg
  }

  private func drawFrame(_ x: Axis, _ y: Axis, _ drawing: inout SVGDrawing) {
    drawing.text("Held-out loss, nats per token: measured (points) and fitted law (lines)", 70, 28)
    for tick in y.ticks(about: 6) {
      let height = y.place(tick)
      drawing.line([(70, height), (560, height)], color: "#ddd")
      drawing.text(DecimalText.significant(tick), 62, height + 4, anchor: .end)
    }
    for tick in x.ticks(about: 5) {
      let place = x.place(tick)
      drawing.line([(place, 410), (place, 416)], color: "#999")
      drawing.text(Quantity(tick, .tokens).text, place, 434, anchor: .middle)
    }
    drawing.line([(70, 50), (70, 410), (560, 410)], color: "#999")
    drawing.text("training tokens", 315, 458, anchor: .middle)
  }

  private func drawLaw(
    _ size: Int,
    _ x: Axis,
    _ y: Axis,
    _ color: String,
    _ drawing: inout SVGDrawing
  ) {
    let low = Double.log(x.range.lowerBound)
    let high = Double.log(x.range.upperBound)
    let points = (0...60).compactMap { step -> (x: Double, y: Double)? in
      let tokens = Double.exp(low + (high - low) * Double(step) / 60)
      let loss = result.law.law.loss(parameters: Double(size), tokens: tokens)
      return y.range.contains(loss) ? (x.place(tokens), y.place(loss)) : nil
    }
    drawing.line(points, color: color, width: 1.5)
  }

  /// The interval as a bar beside the measured point.
  private func drawPrediction(_ x: Axis, _ y: Axis, _ drawing: inout SVGDrawing) {
    let prediction = result.prediction
    let place = x.place(Double(result.target.tokens)) + 12
    let color = Self.targetColor
    drawing.line(
      [(place, y.place(prediction.low)), (place, y.place(prediction.high))],
      color: color
    )
    for end in [prediction.low, prediction.high] {
      drawing.line([(place - 4, y.place(end)), (place + 4, y.place(end))], color: color)
    }
    drawing.circle(place, y.place(prediction.value), radius: 3.5, color: color, filled: false)
    let share = DecimalText.brief(100 * result.law.options.confidence)
    drawing.text("open: the prediction", 588, 380, color: color)
    drawing.text("bar: its \(share) % interval", 588, 400, color: color)
  }
}
