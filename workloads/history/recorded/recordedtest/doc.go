// Package recordedtest writes histories in the form in which others record them, for tests of what reads and judges them.
package recordedtest
