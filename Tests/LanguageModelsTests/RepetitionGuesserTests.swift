import Testing

@testable import LanguageModels

@Suite struct RepetitionGuesserTests {
  @Test func goesOnAsTheTextDidBefore() {
    var guesser = RepetitionGuesser([7, 1, 2, 3, 4, 5, 6, 1, 2])
    #expect(guesser.guesses(8) == [])
    guesser.append(3)
    #expect(guesser.guesses(8) == [4, 5])
    #expect(guesser.guesses(1) == [4])
    #expect(guesser.guesses(0) == [])
    #expect(guesser.guesses(-1) == [])
  }

  @Test func takesTheLastOfSeveralPlaces() {
    #expect(RepetitionGuesser([1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3]).guesses(1) == [5])
  }

  @Test func runsOnIntoItsOwnGuesses() {
    var guesser = RepetitionGuesser([1, 2, 1, 2, 1])
    guesser.judge(right: 2, of: 2)
    guesser.judge(right: 4, of: 4)
    #expect(guesser.guesses(5) == [2, 1, 2, 1, 2])
  }

  @Test func makesAsManyGuessesAsCameTrue() {
    var guesser = RepetitionGuesser([9, 9, 9, 9, 9, 9, 9, 9])
    guesser.judge(right: 2, of: 2)
    #expect(guesser.guesses(8).count == 4)
    guesser.judge(right: 3, of: 4)
    #expect(guesser.guesses(8).count == 3)
    guesser.judge(right: 0, of: 3)
    #expect(guesser.guesses(8).count == 1)
    guesser.judge(right: 0, of: 0)
    #expect(guesser.guesses(8).count == 1)
  }

  @Test func countsTheTokensThatCameAsBefore() {
    var guesser = RepetitionGuesser([1, 2, 3, 4, 5, 1, 2, 3])
    #expect(guesser.streak == 0)
    guesser.append(4)
    guesser.append(5)
    #expect(guesser.streak == 2)
    guesser.append(6)
    #expect(guesser.streak == 0)
  }
}
