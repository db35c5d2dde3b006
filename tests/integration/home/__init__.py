"""What can be said in a home: small grammars, told apart by hand."""
