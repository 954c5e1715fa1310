package remote

// ServerFlag is the flag that names the server.
type ServerFlag struct {
	Server string `help:"The URL of the running server." default:"http://127.0.0.1:7080" env:"BACKSIGHT_SERVER" placeholder:"URL"`
}

// Client returns a client of the server.
func (f ServerFlag) Client() *Client { return New(f.Server) }

// Flags are the flags of every command that is a GraphQL client.
type Flags struct {
	ServerFlag
	JSON bool `name:"json" help:"Print JSON, one object per line."`
}
