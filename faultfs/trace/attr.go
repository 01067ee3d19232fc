package trace

// Attr is a change to one extended attribute of a file or directory.
type Attr struct {
	Name    string `json:"n"` // with its namespace: "user.version"
	Value   []byte `json:"v,omitempty"`
	Removed bool   `json:"r,omitempty"` // there is no such attribute from now on
}

// String returns the name of the attribute, and says if it is removed.
func (a *Attr) String() string {
	switch {
	case a == nil:
		return "" // in a forged trace, or for a call that a fault has hit
	case a.Removed:
		return a.Name + ", removed"
	}
	return a.Name
}
