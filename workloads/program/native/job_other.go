//go:build !linux

package native

import "github.com/lightningdb/lightning-torture/workloads/program/stage"

// Job is what a main package gives to stage.Main; here no stage runs it.
func Job() stage.Job { return stage.Job{Name: jobName} }
