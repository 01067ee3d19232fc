// Package corrupt defines the errors with which the engine reports that bytes on disk are not what it wrote.
package corrupt
