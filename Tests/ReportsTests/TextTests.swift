import Accounting
import Foundation
import Reports
import Testing

@Suite struct QuantityTextTests {
  @Test(arguments: [
    (3e9, Quantity.Unit.parameters, "3.00 B"), (124_439_808, .parameters, "124 M"),
    (999_600, .parameters, "1.00 M"), (12, .parameters, "12"), (6e10, .tokens, "60.0 B"),
    (1.6e13, .tokens, "16.0 T"), (1.08e21, .flops, "1.08e21"), (9.996e20, .flops, "1.00e21"),
    (2.298916477, .natsPerToken, "2.2989"), (1.2e11, .bytes, "120 GB"),
    (131_072, .bytes, "131 kB"), (312e12, .flopsPerSecond, "312 TFLOP/s"),
    (2403.846, .deviceHours, "2,404"), (1_234_567, .currency, "1,234,567"),
    (90, .seconds, "1.50 min"), (8_640_000, .seconds, "100 days"),
    (20, .tokensPerParameter, "20.0"),
    (.nan, .tokens, "-"), (.infinity, .flops, "-"),
  ])
  func unitsAndDigitsAreFit(value: Double, unit: Quantity.Unit, text: String) {
    #expect(Quantity(value, unit).text == text)
  }

  @Test(arguments: [
    (0, "0"), (0.0004, "4.00e-4"), (0.00125, "0.00125"), (0.5, "0.500"), (9.996, "10.0"),
    (99.96, "100"), (12345, "12300"), (999_499, "999000"), (1e6, "1.00e6"), (-2.5, "-2.50"),
  ])
  func threeDigitsAreSignificant(value: Double, text: String) {
    #expect(DecimalText.significant(value) == text)
  }

  @Test func briefNumbersHaveNoZerosAtTheirEnd() {
    #expect(DecimalText.brief(20) == "20")
    #expect(DecimalText.brief(0.5) == "0.5")
    #expect(DecimalText.brief(100) == "100")
    #expect(DecimalText.brief(12_000) == "12000")
  }
}

@Suite struct TextTableTests {
  @Test func numbersEndAndNamesStartTogether() {
    var table = TextTable([.name("law"), .number("loss\n(nats)")])
    table.addHeading("all")
    table.add(["a", "2.5"])
    table.add(["longer", "12.25"])
    let lines = ["           loss", "law      (nats)", "all", "a           2.5", "longer    12.25"]
    #expect(table.text == lines.map { $0 + "\n" }.joined())
  }
}

@Suite struct JSONValueTests {
  @Test func numbersKeepEveryDigit() throws {
    let values: [Double] = [0.1, 1 / 3, 6e10, 1.08e21, .leastNonzeroMagnitude, 0x1p53, -2.5, 1e300]
    let text = JSONValue.array(values.map { .number($0) }).text
    let read = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Double])
    #expect(read == values)
  }

  @Test func whatJSONHasNoNumberForIsNull() {
    #expect(
      JSONValue.array([.number(.nan), .number(.infinity), .optional(nil)]).line
        == "[null, null, null]\n"
    )
  }

  @Test func keysKeepTheirOrderAndTextIsEscaped() throws {
    let value = JSONValue.object([
      .init("z", .string("a\"b\\c\n\u{1}é")), .init("a", .object([])), .init("m", .array([])),
      .init("b", .array([.object([.init("x", .bool(true))])])),
    ])
    #expect(
      value.line == #"{"z": "a\"b\\c\n\u0001é", "a": {}, "m": [], "b": [{"x": true}]}"# + "\n"
    )
    let read = try JSONSerialization.jsonObject(with: Data(value.text.utf8)) as? [String: Any]
    #expect(read?["z"] as? String == "a\"b\\c\n\u{1}é")
  }
}

@Suite struct CSVTextTests {
  @Test func cellsAreQuotedWhereTheyMustBe() {
    var table = CSVText(["name", "value", "ok"])
    table.add([.text("a,\"b\""), .number(0.1), .bool(true)])
    table.add([.text("c"), .number(nil), .bool(nil)])
    #expect(table.text == "name,value,ok\n\"a,\"\"b\"\"\",0.1,true\nc,,\n")
  }
}
