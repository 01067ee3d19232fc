// Package minimal takes away from a list what is not needed for something to fail. Callers: packages shrink and program.
package minimal
