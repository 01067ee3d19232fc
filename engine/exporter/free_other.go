//go:build !unix

package exporter

// freeBytes exports nothing, because this system has no statfs.
func freeBytes(*reading, func(float64, ...string)) {}
