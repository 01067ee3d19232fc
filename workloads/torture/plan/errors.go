package plan

import "errors"

// ErrConfig is the error of a workload, fault, profile, device or scenario that does not exist, and of a number beyond its limit.
var ErrConfig = errors.New("torture: bad configuration")
