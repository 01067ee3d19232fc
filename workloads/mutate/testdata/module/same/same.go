// Package same has mutations that change nothing, and two that change the same.
package same

// Next returns n + 1. Adding and subtracting zero is the same code.
func Next(n int) int {
	n++
	n += 0
	return n
}

// Natural returns n, or 0 if n is negative. To drop the branch is to drop its only statement.
func Natural(n int) int {
	if n < 0 {
		n = 0
	}
	return n
}

// Half is generic: its code is made where it is used, so that of this package proves nothing about it.
func Half[T int | int64](n T) T {
	return n / 2
}
