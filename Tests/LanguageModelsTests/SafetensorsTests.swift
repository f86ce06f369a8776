import Files
import Foundation
import TestSupport
import Testing

@testable import LanguageModels

@Suite struct SafetensorsTests {
  /// A file's bytes from its header's text and its data.
  private func sample(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    let length = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
      + Array(header.utf8) + data
  }

  private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "a.safetensors"), bytes)
      return try SafetensorsFile(joined(folder, "a.safetensors"))
    }
  }

  @Test func writesTheReferenceWritersBytes() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.safetensors")
      var writer = try SafetensorsWriter(
        path,
        [
          TensorEntry("b", [2], .float16), TensorEntry("z", [1]),
          TensorEntry("a \"quoted\"", [1, 2]),
        ]
      )
      #expect(writer.order.map(\.name) == ["a \"quoted\"", "z", "b"])
      try writer.write([1, 2])
      try writer.write([3])
      try writer.write([0.5, -2])
      try writer.commit()
      let header =
        #"{"__metadata__":{"format":"pt"},"a \"quoted\"":{"dtype":"F32","shape":[1,2],"#
        + #""data_offsets":[0,8]},"z":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"#
        + #""b":{"dtype":"F16","shape":[2],"data_offsets":[12,16]}}"#
      let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
      let data: [UInt8] = [
        0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40, 0x00, 0x38, 0x00, 0xc0,
      ]
      #expect(try readFile(path) == sample(padded, data))
    }
  }

  @Test(arguments: [NumberType.float16, .bfloat16, .float32, .float64])
  func readsWhatItWrote(type: NumberType) throws {
    let values: [Float] = [0, -0.0, 1, -2.5, 0.15625, 96]
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.safetensors")
      var writer = try SafetensorsWriter(path, [TensorEntry("t", [2, 3], type)])
      try writer.write(values)
      try writer.commit()
      let file = try SafetensorsFile(path)
      #expect(file.metadata == ["format": "pt"])
      let tensor = try #require(file["t"])
      #expect(tensor.shape == [2, 3] && tensor.type == type)
      #expect(try file.values(of: tensor).map(\.bitPattern) == values.map(\.bitPattern))
    }
  }

  @Test(arguments: [
    (Float(1), UInt16(0x3f80)), (1.00390625, 0x3f80), (1.01171875, 0x3f82),
    (.infinity, 0x7f80), (3.4e38, 0x7f80), (-1e-38, 0x806d), (.nan, 0x7fc0),
  ])
  func roundsToTheNearestBfloat16(value: Float, bits: UInt16) {
    #expect(bfloat16Bits(value) == bits)
  }

  @Test func acceptsWhatTheReferenceReaderAccepts() throws {
    let sound = try open(
      sample(
        #"{"b":{"dtype":"U8","shape":[0,3],"data_offsets":[0,0]},"#
          + #""c":{"shape":[],"data_offsets":[1,5],"dtype":"F32"},"#
          + #""a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1],"note":7}}  "#,
        [1, 0, 0, 0x80, 0x3f]
      )
    )
    #expect(sound.tensors.map(\.name) == ["b", "a", "c"])
    let number = try #require(sound["c"])
    #expect(try sound.values(of: number) == [1])
    #expect(try open(sample("{}")).tensors.isEmpty)
  }

  static let hostile: [(what: String, header: String, data: Int, says: String)] = [
    ("no JSON", "{]", 0, "not valid JSON"),
    ("a list", "[]", 0, "no table of tensors"),
    ("deep nesting", String(repeating: "[", count: 100_000), 0, "no table of tensors"),
    ("metadata of numbers", #"{"__metadata__":{"a":1}}"#, 0, "__metadata__.a"),
    (
      "an unknown type", #"{"t":{"dtype":"F12","shape":[1],"data_offsets":[0,4]}}"#, 4,
      "tensor t: the number type F12 is unknown"
    ),
    ("no shape", #"{"t":{"dtype":"F32","data_offsets":[0,4]}}"#, 4, "shape is missing at t"),
    (
      "one offset", #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4,
      "data_offsets holds 1"
    ),
    (
      "an end beyond the file", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4,
      "lie outside"
    ),
    (
      "a negative start", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[-4,4]}}"#, 4,
      "lie outside"
    ),
    (
      "an end before the start", #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4,
      "lie outside"
    ),
    (
      "an absurd offset",
      #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,99999999999999999999]}}"#, 4,
      "no table of tensors"
    ),
    (
      "a shape that overflows",
      #"{"t":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,4]}}"#, 4,
      "impossible"
    ),
    (
      "a negative dimension", #"{"t":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4,
      "impossible"
    ),
    (
      "a shape of another size", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4,
      "takes 8 bytes, but 4 are stored"
    ),
    (
      "an overlap",
      #"{"s":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"#
        + #""t":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, 4, "tensor t: its bytes overlap"
    ),
    (
      "a hole",
      #"{"s":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
        + #""t":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#, 4, "1 unnamed bytes"
    ),
    (
      "bytes at the end", #"{"t":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 4,
      "2 bytes follow"
    ),
  ]

  @Test(arguments: hostile)
  func refuses(what: String, header: String, data: Int, says: String) throws {
    let bytes = sample(header, [UInt8](repeating: 0, count: data))
    let error = try #require(throws: LanguageModelsError.self) { try open(bytes) }
    #expect(error.description.contains(says), "\(what): \(error)")
    #expect(error.description.contains("a.safetensors"))
  }

  @Test(arguments: [
    ([UInt8](), "0 bytes"), ([1, 2, 3], "3 bytes"),
    ([UInt8](repeating: 0xff, count: 16), "announces a header of 18446744073709551615"),
    ([200, 0, 0, 0, 0, 0, 0, 0, 123, 125], "announces a header of 200"),
  ])
  func refusesABadLength(bytes: [UInt8], says: String) throws {
    let error = try #require(throws: LanguageModelsError.self) { try open(bytes) }
    #expect(error.description.contains(says), "\(error)")
  }

  @Test func refusesIntegersAsWeights() throws {
    let sound = try open(
      sample(#"{"t":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0])
    )
    let tensor = try #require(sound["t"])
    let error = try #require(throws: LanguageModelsError.self) { try sound.values(of: tensor) }
    #expect(error.description.contains("I16 cannot be used as weights"))
  }

  @Test func leavesNothingBehindWhenAbandoned() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.safetensors")
      do {
        var writer = try SafetensorsWriter(path, [TensorEntry("t", [1])])
        try writer.write([1])
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }
}
