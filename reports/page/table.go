package page

// State is the outcome that a field of a table shows. It gives the field a colour and, for readers who do not see it, a word.
type State string

// The states. A field with an empty state shows only its text.
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
	Folded  bool   // show only the caption until the reader opens the table
	Legend  bool   // explain the signs of the states above the table
	Text    bool   // fields hold text, not numbers
	Head    []string
	Rows    []Row
}

// Row is a row of a table.
type Row struct {
	Name   string
	Link   string // URL that the name links to, relative to the page; empty: none
	Fields []Field
}

// Field is a field of a table.
type Field struct {
	Text    string
	State   State
	Finding int // the number of the finding that it links to, counted from 1; 0: none
}
