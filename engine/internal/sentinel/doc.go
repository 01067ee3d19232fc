// Package sentinel holds the errors of package engine that packages below it return as well. Users know them by their
// names there. Errors that one package alone has are declared in that package.
package sentinel
