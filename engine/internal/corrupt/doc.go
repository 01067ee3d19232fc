// Package corrupt is the one way in which the engine says that bytes on disk are not what it wrote.
package corrupt
