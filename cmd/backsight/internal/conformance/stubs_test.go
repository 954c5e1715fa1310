package conformance

func commitCases() []fixture      { return nil }
func shapeCases() []fixture       { return nil }
func storageCases() []fixture     { return nil }
func damageCases() []fixture      { return nil }
func placeCases() []fixture       { return nil }
func encodingCases() []fixture    { return nil }
func lineCases() []fixture        { return nil }
func textCases() []fixture        { return nil }
func pathCases() []fixture        { return nil }
func languageCases() []fixture    { return nil }
func queryCases() []fixture       { return nil }
func valueCases() []fixture       { return nil }
func commitQueryCases() []fixture { return nil }
func diffCases() []fixture        { return nil }
