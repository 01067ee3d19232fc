package model

import "errors"

var (
	// ErrProfile is returned for a name that is not a profile.
	ErrProfile = errors.New("faultfs: unknown profile")
	// ErrDevice is returned for a text that is not a device.
	ErrDevice = errors.New("faultfs: bad device")
)
