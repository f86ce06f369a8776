/// Elements of which the smallest comes out first: a heap whose nodes have four children.
struct Heap<Element: BitwiseCopyable & Comparable>: ~Copyable {
  private var elements = FlatArray<Element>()

  mutating func removeAll() { elements.removeAll() }

  mutating func insert(_ element: Element) {
    var hole = elements.count
    elements.append(element)
    while hole > 0 {
      let parent = (hole - 1) / 4
      if !(element < elements[parent]) { break }
      elements[hole] = elements[parent]
      hole = parent
    }
    elements[hole] = element
  }

  mutating func removeFirst() -> Element? {
    if elements.count == 0 { return nil }
    let first = elements[0]
    let last = elements[elements.count - 1]
    elements.truncate(to: elements.count - 1)
    if elements.count == 0 { return first }
    var hole = 0
    while true {
      let firstChild = 4 * hole + 1
      if firstChild >= elements.count { break }
      var best = firstChild
      for child in firstChild + 1..<max(firstChild + 1, min(firstChild + 4, elements.count))
      where elements[child] < elements[best] {
        best = child
      }
      if !(elements[best] < last) { break }
      elements[hole] = elements[best]
      hole = best
    }
    elements[hole] = last
    return first
  }
}
