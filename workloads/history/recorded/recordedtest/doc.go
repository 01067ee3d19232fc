// Package recordedtest writes histories in the formats of other tools, to test what reads and judges them.
package recordedtest
