using System.Text;
using Telemetry.Protos.V1;
using Telemetry.Shipper.Processes;
using Telemetry.Shipper.Tests.Support;

namespace Telemetry.Shipper.Tests.Processes;

public class ManagedExceptionParserTests
{
    [Theory]
    [InlineData("inner")]
    [InlineData("async")]
    [InlineData("aggregate")]
    [InlineData("failfast")]
    [InlineData("failfastex")]
    [InlineData("overflow")]
    [InlineData("custom")]
    [InlineData("empty")]
    public void WhatTheRuntimePrintsIsUnderstood(string sample) =>
        Approved.Matches(sample + ".txt", Render(ManagedExceptionParser.Parse("noise before\n" + Encoding.UTF8.GetString(Samples.Read(sample)))!, ""));

    [Theory]
    [InlineData("")]
    [InlineData("nothing of the kind\n   at all")]
    [InlineData("Segmentation fault\n")]
    public void OtherTextIsNoException(string text) => Assert.Null(ManagedExceptionParser.Parse(text));

    [Fact]
    public void AFrameOfAotKeepsItsOffset()
    {
        var exception = ManagedExceptionParser.Parse("Unhandled exception. System.Exception: x\n   at App!Shop.Cart.Add() + 0x1c\n")!;
        Assert.Equal("App!Shop.Cart.Add() + 0x1c", Assert.Single(exception.Frames).Method);
    }

    [Fact]
    public void HostileTextIsBounded()
    {
        var deep = "Unhandled exception. A: x\n" + string.Concat(Enumerable.Repeat(" ---> B: y\n", 10_000)) + string.Concat(Enumerable.Repeat("   at C.D()\n", 10_000));
        var exception = ManagedExceptionParser.Parse(deep)!;
        Assert.InRange(exception.CalculateSize(), 1, 256 << 10);
    }

    [Fact]
    public void CutTextGivesWhatIsThere()
    {
        var text = Encoding.UTF8.GetString(Samples.Read("aggregate"));
        for (var i = 0; i < text.Length; i += 13)
        {
            ManagedExceptionParser.Parse(text[i..]);
            ManagedExceptionParser.Parse(text[..i]);
        }
    }

    private static string Render(ManagedException exception, string indent)
    {
        var text = new StringBuilder();
        text.Append($"{indent}{exception.Type}: {exception.Message.Replace("\n", "\\n")}\n");
        foreach (var frame in exception.Frames)
        {
            text.Append($"{indent}  {frame.Method} | {frame.File} | {frame.Line}\n");
        }

        foreach (var inner in exception.Inner)
        {
            text.Append(Render(inner, indent + "    "));
        }

        return text.ToString();
    }
}
