// Package programtest has what the tests of several ways of running programs share: small stores in shell with their checkers, and
// a test that kills the processes of a lab.
package programtest
