// Package minimal reduces a list to what something needs to fail. Packages shrink and program use it.
package minimal
