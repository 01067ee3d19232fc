package operators

import "slices"

// Kind is the name of an operator: it says what a mutation does.
type Kind string

// The operators of durability, in the order in which they are shown.
const (
	DropSync   Kind = "drop-sync"
	SwapSteps  Kind = "swap-steps"
	DropCheck  Kind = "drop-check"
	WeakenLock Kind = "weaken-lock"
	DropLock   Kind = "drop-lock"
)

// The classical operators, in the order in which they are shown.
const (
	NegateCondition Kind = "negate-condition"
	OffByOne        Kind = "off-by-one"
	SwapLogic       Kind = "swap-logic"
	SwapArithmetic  Kind = "swap-arithmetic"
	ChangeConstant  Kind = "change-constant"
	DropStatement   Kind = "drop-statement"
	DropBranch      Kind = "drop-branch"
	DropElse        Kind = "drop-else"
	SwapArguments   Kind = "swap-arguments"
	EarlyReturn     Kind = "early-return"
	SwapJump        Kind = "swap-jump"
)

// Durability returns the operators that endanger durability or mutual exclusion.
func Durability() []Kind { return []Kind{DropSync, SwapSteps, DropCheck, WeakenLock, DropLock} }

// Classical returns the operators of mutation testing in general.
func Classical() []Kind {
	return []Kind{
		NegateCondition, OffByOne, SwapLogic, SwapArithmetic, ChangeConstant, DropStatement, DropBranch, DropElse, SwapArguments,
		EarlyReturn, SwapJump,
	}
}

// All returns all operators.
func All() []Kind { return slices.Concat(Durability(), Classical()) }
