package engine

// Host is the address of the engine.
func (c *Client) Host() string { return c.at.host }
