// Package corrupt has the errors by which the engine says that bytes on disk are not what it wrote.
package corrupt
