//go:build !linux

package kernel

import "github.com/lightningdb/lightning-torture/workloads/program/stage"

// Job returns the job that a main package passes to stage.Main, which does nothing on this system.
func Job() stage.Job { return stage.Job{Name: jobName} }

// ServeIfAsked does nothing on this system.
func ServeIfAsked() {}
