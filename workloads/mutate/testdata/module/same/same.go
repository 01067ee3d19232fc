// Package same has mutations that change nothing, and two that change the same.
package same

// Next returns n + 1. Adding and subtracting zero is the same code.
func Next(n int) int {
	n++
	n += 0
	return n
}

// Natural returns n, or 0 if n is negative. Dropping the branch and dropping its only statement are the same change.
func Natural(n int) int {
	if n < 0 {
		n = 0
	}
	return n
}

// Half is generic. Its code is generated where it is used, so the code of this package proves nothing about it.
func Half[T int | int64](n T) T {
	return n / 2
}
