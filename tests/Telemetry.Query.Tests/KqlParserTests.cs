namespace Telemetry.Query.Tests;

public sealed class KqlParserTests
{
    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("*")]
    [InlineData("*:*")]
    public void EmptyAndStarMatchEverything(string text) => Assert.Equal(new MatchAll(), Some.Query(text));

    [Fact]
    public void AndBindsStrongerThanOrAndNotStrongest() => Assert.Equal(
        new AnyOf([Some.Match("a", "1"), new AllOf([Some.Match("b", "2"), new Not(Some.Match("c", "3"))])]),
        Some.Query("a:1 OR b : 2 and NOT c: 3"));

    [Fact]
    public void ValuesInParenthesesShareTheField() => Assert.Equal(
        new AnyOf([Some.Match("f", "a"), new AllOf([Some.Match("f", "b"), new Not(new FieldMatches("f", Some.Phrase("c d")))])]),
        Some.Query("f:(a or b and not \"c d\")"));

    [Fact]
    public void UnquotedWordsAreOneLiteral() =>
        Assert.Equal(Some.Match("message", "connection refused"), Some.Query("message :  connection refused  "));

    [Fact]
    public void ABareValueHasNoField() => Assert.Equal(
        new AllOf([Some.Match(null, "timeout"), new FieldMatches(null, Some.Phrase("no route"))]),
        Some.Query("timeout and \"no route\""));

    [Fact]
    public void AWildcardCutsTheValueIntoPieces() =>
        Assert.Equal(new FieldMatches("host.name", Some.Pattern("web-", "-", "")), Some.Query("host.name: web-*-*"));

    [Fact]
    public void AStarIsOrdinaryWhenQuotedOrEscaped()
    {
        Assert.Equal(new FieldMatches("f", Some.Phrase("a*")), Some.Query("f: \"a*\""));
        Assert.Equal(Some.Match("f", "a*"), Some.Query(@"f: a\*"));
        Assert.Equal(new FieldMatches("f", new KqlValue("a**", false, ["a*", ""])), Some.Query(@"f: a\**"));
    }

    [Fact]
    public void AStarAloneAsksForExistence() => Assert.Equal(new FieldExists("host.*"), Some.Query("host.* : *"));

    [Theory]
    [InlineData("a<1", KqlComparison.Less)]
    [InlineData("a <= 1", KqlComparison.LessOrEqual)]
    [InlineData("a>\"1\"", KqlComparison.Greater)]
    [InlineData("a >=1", KqlComparison.GreaterOrEqual)]
    public void RangesCompare(string text, KqlComparison comparison)
    {
        var node = Assert.IsType<FieldCompares>(Some.Query(text));
        Assert.Equal(("a", comparison, "1"), (node.Field, node.Comparison, node.Value.Text));
    }

    [Theory]
    [InlineData(@"f:a\:b\(c\)\<\>\""\\\{\}", @"a:b(c)<>""\{}")]
    [InlineData(@"f:this \or that", "this or that")]
    [InlineData(@"f:\not", "not")]
    [InlineData(@"f:a\tb\nc", "a\tb\nc")]
    [InlineData(@"f:\u00e9t\u00E9", "été")]
    [InlineData("f:organic notes android", "organic notes android")]
    [InlineData(@"f:""say \""hi\"" \\ C:\dir \n \u0041""", "say \"hi\" \\ C:\\dir \n A")]
    public void EscapesAreResolved(string text, string value) =>
        Assert.Equal(value, Assert.IsType<FieldMatches>(Some.Query(text)).Value.Text);

    [Theory]
    [InlineData("f:(a", 4, "A parenthesis is never closed.")]
    [InlineData("a)", 1, "This parenthesis was never opened.")]
    [InlineData("f : \"abc", 4, "The quotation mark that opens here is never closed.")]
    [InlineData("a and", 5, "The query ends where a term has to follow.")]
    [InlineData("and a", 0, "'and' and 'or' stand between two terms; put the word into quotation marks to search for it.")]
    [InlineData("a \"b\"", 2, "Two terms need 'and' or 'or' between them.")]
    [InlineData("t >= 10:00", 7, "Two terms need 'and' or 'or' between them, and a value that holds this character needs quotation marks.")]
    [InlineData("user : { name : x }", 7, "Nested fields, field : { … }, are not supported: documents are flat here.")]
    [InlineData("a > 5*", 4, "A wildcard cannot be compared; write field : value* instead.")]
    [InlineData("f : a not b", 6, "'not' follows 'and' or 'or'; put the value into quotation marks if the word belongs to it.")]
    [InlineData(": b", 0, "There is no field name before the operator.")]
    [InlineData("\"\" : b", 0, "A field has a name.")]
    [InlineData("f : ()", 5, "There is nothing between the parentheses.")]
    [InlineData(@"f : a\x", 5, "A backslash outside quotation marks escapes a special character; write \\\\ for the backslash itself.")]
    public void AnErrorSaysWhereAndWhy(string text, int position, string message)
    {
        var error = Some.Error(text);
        Assert.Equal((position, message), (error.Position, error.Message));
        Assert.NotEmpty(error.Expected);
    }

    [Fact]
    public void TheCaretStandsUnderThePosition()
    {
        Assert.Equal("f : (a\tor\n       ^"[..9].Replace('\t', ' ') + "\n         ^", Some.Error("f : (a\tor").Point("f : (a\tor"));
        Assert.Equal("b c)\n   ^", Some.Error("a and\nb c)").Point("a and\nb c)"));
    }

    [Fact]
    public void LengthIsBounded()
    {
        Some.Query(new string('a', KqlParser.MaxQueryBytes));
        Assert.Equal(8192, Some.Error(new string('a', KqlParser.MaxQueryBytes + 1)).Position);
        Assert.Contains("8192 bytes", Some.Error(new string('ü', 5000)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("not ", "")]
    [InlineData("f:(", ")")]
    public void DepthIsBounded(string open, string close)
    {
        string Nested(int depth) => open + string.Concat(Enumerable.Repeat(open.Replace("f:", ""), depth - 1)) + "a"
            + string.Concat(Enumerable.Repeat(close, depth));
        Some.Query(Nested(KqlParser.MaxDepth));
        Assert.Contains("64 deep", Some.Error(Nested(KqlParser.MaxDepth + 1)).Message, StringComparison.Ordinal);
        Assert.Contains("64 deep", Some.Error(Nested(2000)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ok : yes", 5, "true or false")]
    [InlineData("a : 1 and status >= abc", 20, "a number")]
    [InlineData("status : (200 or abc)", 17, "a number")]
    [InlineData("status : 4*", 9, "a number without wildcards")]
    [InlineData("ratio : 200 abc", 8, "a number")]
    [InlineData("@timestamp > yesterday", 13, "a time, such as 2026-11-22T10:05Z or now-1h")]
    [InlineData("client.ip : web-1", 12, "an address or a block of addresses")]
    [InlineData("message > abc", 10, "words with ':', because text has no order")]
    public void AValueThatItsFieldCannotHoldIsAnError(string text, int position, string expected)
    {
        Assert.False(KqlParser.TryParse(text, out _, out var error, new FakeTyping()));
        Assert.Equal((position, expected), (error.Position, error.Expected));
    }

    [Theory]
    [InlineData("status : 200 or status : \"404\" or status : 200 404 or status : *")]
    [InlineData("ratio < 1.5 and @timestamp >= now-1d/d and @timestamp : 2026-11")]
    [InlineData("client.ip : 10.0.0.0/8 or client.ip : 10.* or client.ip > \"::1\" or ok : true")]
    [InlineData("sta* : abc and anything : abc and message : 5 and host.name > a")]
    public void AValueThatItsFieldCanHoldIsNone(string text) =>
        Assert.True(KqlParser.TryParse(text, out _, out _, new FakeTyping()));
}
