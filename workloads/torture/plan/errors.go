package plan

import "errors"

// ErrConfig means that a workload, fault, profile, device or scenario does not exist, or that a number is beyond its
// limit.
var ErrConfig = errors.New("torture: bad configuration")
