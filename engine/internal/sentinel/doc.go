// Package sentinel declares the errors of package engine that lower packages return as well. Users know them by their
// names in package engine. Errors used by a single package are declared there.
package sentinel
