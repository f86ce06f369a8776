import Testing
@Suite struct MatmulTests {}
