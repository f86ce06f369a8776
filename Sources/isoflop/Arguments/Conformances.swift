import Accounting
import ArgumentParser
import ScalingLaws

extension TrainingPrecision: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}
extension Recomputation: ExpressibleByArgument {}
extension FormFit.Quantity: ExpressibleByArgument {}
