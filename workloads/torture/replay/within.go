package replay

import "context"

// within returns the result of do, or the error of ctx if that is done first. Reading the largest evidence takes many
// seconds and cannot be interrupted; in that case it is left running.
func within[T any](ctx context.Context, do func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1) // buffered, because the receiver may have left
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
