package history

import "fmt"

// MarshalText writes the outcome's name.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (o *Outcome) UnmarshalText(text []byte) error {
	i, err := indexOf("outcome", outcomeNames[:], text)
	*o = Outcome(i)
	return err
}

// MarshalText writes the kind's name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *Kind) UnmarshalText(text []byte) error {
	i, err := indexOf("kind", kindNames[:], text)
	*k = Kind(i)
	return err
}

// MarshalText writes the durability's name.
func (d Durability) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Durability) UnmarshalText(text []byte) error {
	i, err := indexOf("durability", durabilityNames[:], text)
	*d = Durability(i)
	return err
}

// MarshalText writes the level's name.
func (i Isolation) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (i *Isolation) UnmarshalText(text []byte) error {
	n, err := indexOf("isolation", isolationNames[:], text)
	*i = Isolation(n)
	return err
}

// MarshalText writes the change's name.
func (c Change) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (c *Change) UnmarshalText(text []byte) error {
	i, err := indexOf("change", changeNames[:], text)
	*c = Change(i)
	return err
}

func indexOf(what string, names []string, text []byte) (int, error) {
	for i, name := range names {
		if name == string(text) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("%w: unknown %s %q", ErrFormat, what, text)
}
