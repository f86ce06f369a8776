import Corpora

/// The rules that documents can be held to.
public struct RuleListReport: Sendable {
  /// Reports all rules.
  public init() {}

  /// The report for a terminal.
  public var text: String {
    var table = TextTable([.name("preset"), .name("rule"), .name("keeps"), .number("limit")])
    for rule in DocumentRule.all {
      let side = rule.side == .most ? "at most" : "at least"
      table.add([rule.preset, rule.name, side, DecimalText.brief(rule.limit)])
    }
    return table.text + """

      gopher: Rae et al. 2021, arXiv:2112.11446, A.1.1; c4: Raffel et al. 2020, arXiv:1910.10683, 2.2.
      Words are Unicode's, shares count bytes: the rules mean the same in every script.

      """
  }
}
