import Foundation
import Fuzzing

// fuzz SEED SECONDS FOLDER [TARGET…]: reads damaged files until the time is over. What is in the
// folder when the process dies is what it died of.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

let arguments = CommandLine.arguments
guard arguments.count >= 4, let seed = UInt64(arguments[1]), let seconds = Double(arguments[2])
else {
  print("usage: fuzz SEED SECONDS FOLDER [TARGET…], or TARGET:ROUND for one round")
  exit(64)
}
let folder = arguments[3]
let wanted = arguments.dropFirst(4).map { $0.split(separator: ":").map(String.init) }
let all = try FuzzTarget.all()
for name in wanted.map({ $0[0] }) where !all.contains(where: { $0.name == name }) {
  print("\(name) is no target; there are \(all.map(\.name).joined(separator: ", "))")
  exit(64)
}
let targets = all.filter { target in
  wanted.isEmpty || wanted.contains { $0[0] == target.name }
}
let onlyRound = wanted.first.flatMap { $0.count > 1 ? Int($0[1]) : nil }
let fuzzer = Fuzzer(seed: seed, folder: folder)
let end = Date().addingTimeInterval(seconds)
var sound = [Int](repeating: 0, count: targets.count)
var round = onlyRound ?? 0
repeat {
  for (index, target) in targets.enumerated() {
    let place = "\(target.name):\(round)"
    try Data(place.utf8).write(to: URL(fileURLWithPath: folder + "/round"))
    // A reader that takes longer than this hangs.
    alarm(20)
    if try fuzzer.run(target, round: round) { sound[index] += 1 }
    alarm(0)
  }
  round += 1
} while onlyRound == nil && Date() < end
for (target, sound) in zip(targets, sound) {
  print("\(target.name): \(onlyRound == nil ? round : 1) rounds, \(sound) files read as sound")
}
