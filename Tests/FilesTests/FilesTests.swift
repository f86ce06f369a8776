import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func aFileAppearsOnlyWhenItIsCommitted() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.txt")
      var file = try AtomicFile(path)
      try file.write("half")
      #expect(try fileKind(path) == nil)
      try file.write([0x21])
      try file.commit()
      #expect(try readFile(path) == Array("half!".utf8))
      #expect(try fileNames(in: folder) == ["a.txt"])
    }
  }

  @Test func aClosedFileWaitsUnderItsTemporaryName() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "a.txt")
      func write(commits: Bool) throws {
        var file = try AtomicFile(path)
        try file.write("all")
        try file.close()
        #expect(try fileKind(path) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
        if commits { try file.commit() }
      }
      try write(commits: false)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      try write(commits: true)
      #expect(try readFile(path) == Array("all".utf8))
    }
  }

  @Test func anAbandonedFileLeavesNothing() throws {
    try withTemporaryFolder { folder in
      func abandon() throws {
        var file = try AtomicFile(joined(folder, "a.txt"))
        try file.write("half")
      }
      try abandon()
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  /// To replace a device by a file would break the machine.
  @Test func aDeviceIsWrittenToAndStays() throws {
    try writeFile("/dev/null", "x")
    let failure = #expect(throws: FilesError.self) { try writeFile("/dev/full", "x") }
    #expect(failure?.description.contains("No space left") == true)
    for path in ["/dev/null", "/dev/full"] {
      let kind = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      #expect(kind == .typeCharacterSpecial)
    }
  }

  @Test func aMissingFolderIsNamed() throws {
    try withTemporaryFolder { folder in
      let path = joined(folder, "none/a.txt")
      let failure = #expect(throws: FilesError.self) { try writeFile(path, "x") }
      #expect(failure?.description.contains(path) == true)
    }
  }

  @Test func aFolderIsNoFile() throws {
    try withTemporaryFolder { folder in
      #expect(throws: FilesError.isFolder(path: folder)) { try writeFile(folder, "x") }
      #expect(throws: FilesError.isFolder(path: folder)) { try readFile(folder) }
    }
  }
}

@Suite struct MappedFileTests {
  @Test(arguments: [0, 1, 4095, 4096, 4097, 1_000_000])
  func everyByteIsRead(count: Int) throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try writeFile(joined(folder, "a"), bytes)
      #expect(try readFile(joined(folder, "a")) == bytes)
      let file = try MappedFile(joined(folder, "a"))
      #expect(file.withBytes { $0.byteCount } == count)
    }
  }

  @Test func aMissingFileIsNamed() {
    #expect(throws: FilesError.notFound(path: "no/such/file")) { try readFile("no/such/file") }
  }
}

@Suite struct SHA256Tests {
  /// The examples of NIST FIPS 180-4's companion document, and the million letters.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func givesThePublishedDigests(message: String, digest: String) {
    #expect(SHA256.hexadecimal(message.utf8) == digest)
  }
}

@Suite struct PathTests {
  @Test(arguments: [
    ("a", "", "a"), ("a/b", "a", "b"), ("/a", "/", "a"), ("a/b/", "a", "b"),
    ("/a/b/c", "/a/b", "c"),
  ])
  func pathsAreSplit(path: String, folder: String, name: String) {
    let parts = split(path)
    #expect(parts.folder == folder)
    #expect(parts.name == name)
  }
}
