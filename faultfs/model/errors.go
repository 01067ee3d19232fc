package model

import "errors"

var (
	// ErrProfile is returned for an unknown profile name.
	ErrProfile = errors.New("faultfs: unknown profile")
	// ErrDevice is returned for text that is not a valid device.
	ErrDevice = errors.New("faultfs: bad device")
)
