// Package minimal reduces a list to what something needs to fail. Packages shrink, program and cluster/finding use it.
package minimal
