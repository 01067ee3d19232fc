//go:build !linux

package stage

import (
	"context"
	"encoding/json"
)

// Main does nothing on this system.
func Main(...Job) {}

// Possible returns ErrUnsupported.
func Possible(context.Context) error { return ErrUnsupported }

// Run returns ErrUnsupported.
func Run(context.Context, string, any, func(json.RawMessage) error) error { return ErrUnsupported }
