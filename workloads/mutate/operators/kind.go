package operators

import "slices"

// Kind names an operator and thereby says what a mutation does.
type Kind string

// The durability operators, in display order.
const (
	DropSync   Kind = "drop-sync"
	SwapSteps  Kind = "swap-steps"
	DropCheck  Kind = "drop-check"
	WeakenLock Kind = "weaken-lock"
	DropLock   Kind = "drop-lock"
)

// The classical operators, in display order.
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

// Classical returns the usual operators of mutation testing.
func Classical() []Kind {
	return []Kind{
		NegateCondition, OffByOne, SwapLogic, SwapArithmetic, ChangeConstant, DropStatement, DropBranch, DropElse, SwapArguments,
		EarlyReturn, SwapJump,
	}
}

// All returns all operators.
func All() []Kind { return slices.Concat(Durability(), Classical()) }
