package replay

import "context"

// within returns what do returns, or the error of ctx if that is done before. Reading the largest evidence takes many seconds
// that nothing else can end; it is left behind then.
func within[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1) // buffered: perhaps nobody is waiting any more
	go func() {
		value, err := do()
		done <- answer{value, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
