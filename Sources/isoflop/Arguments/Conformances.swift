import Accounting
import ArgumentParser

extension TrainingPrecision: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}
extension Recomputation: ExpressibleByArgument {}
