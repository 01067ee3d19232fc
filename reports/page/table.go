package page

// State is what a field of a table says beyond its text: its class and, for those who do not see colours, its word.
type State string

// The states. A field without one says what its text says.
const (
	Passed  State = "pass"
	Failed  State = "fail"
	Unknown State = "unknown"
	Absent  State = "not run"
)

// Class returns the state as the name of a CSS class.
func (s State) Class() string {
	if s == Absent {
		return "absent"
	}
	return string(s)
}

// Table is a table whose first column names its rows.
type Table struct {
	Caption string // what it holds; may be empty
	Folded  bool   // only the caption is shown until the reader opens it
	Legend  bool   // the signs of the states are explained above
	Text    bool   // fields hold text, not numbers
	Head    []string
	Rows    []Row
}

// Row is a row of a table.
type Row struct {
	Name   string
	Link   string // a file beside the page that the name leads to; empty: none
	Fields []Field
}

// Field is a field of a table.
type Field struct {
	Text    string
	State   State
	Finding int // the number of the finding that it links to, counted from 1; 0: none
}
