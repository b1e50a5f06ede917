using Serilog.Sinks.Grpc.Crashes;
using Telemetry.Protos.V1;

namespace Serilog.Sinks.Grpc.Tests.Crashes;

/// <summary>Exceptions taken apart in the process that threw them.</summary>
public sealed class ExceptionTreeTests
{
    [Fact]
    public void FramesAndInnerExceptionsAreThose()
    {
        var tree = ExceptionTree.Of(Caught(() => throw new InvalidOperationException("outer", Caught(() => throw new IOException("inner")))));
        Assert.Equal(("System.InvalidOperationException", "outer"), (tree.Type, tree.Message));
        Assert.Equal(("System.IO.IOException", "inner"), (tree.Inner[0].Type, tree.Inner[0].Message));
        Assert.Contains(tree.Frames, f => f.Method.Contains(nameof(Caught), StringComparison.Ordinal) && f.File.EndsWith("ExceptionTreeTests.cs", StringComparison.Ordinal) && f.Line > 0);
    }

    [Fact]
    public void ALongChainAndAWideOneAreBounded()
    {
        var exception = new Exception("innermost");
        for (var i = 0; i < 1000; i++)
        {
            exception = new InvalidOperationException(new string('x', 20_000), exception);
        }

        Assert.InRange(ExceptionTree.Of(exception).CalculateSize(), 1, 256 << 10);
        Assert.InRange(Count(ExceptionTree.Of(new AggregateException(Enumerable.Range(0, 5000).Select(i => new Exception($"{i}"))))), 2, 256);
    }

    [Fact]
    public void WhatIsLeftOutIsSaid()
    {
        var wide = ExceptionTree.Of(new AggregateException(Enumerable.Range(0, 40).Select(i => new Exception($"{i}"))));
        Assert.Equal((32, "One or more errors occurred.… (8 exceptions in it more)"), (wide.Inner.Count, wide.Message));
        Assert.EndsWith("x… (4000 characters more)", ExceptionTree.Of(new Exception(new string('x', (16 << 10) + 4000))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneThatThrowsWhenItIsAskedIsStillNamed()
    {
        var tree = ExceptionTree.Of(Caught(() => throw new Hostile()));
        Assert.Equal(typeof(Hostile).ToString(), tree.Type);
        Assert.Contains("NotSupportedException", tree.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TextThatIsNoTextDoesNotHarm() =>
        Assert.NotEmpty(Google.Protobuf.MessageExtensions.ToByteArray(ExceptionTree.Of(new Exception("\ud800 alone"))));

    [Fact]
    public void WhatIsNoExceptionHasItsType() => Assert.Equal("System.String", ExceptionTree.Of("thrown").Type);

    private static int Count(ManagedException exception) => 1 + exception.Inner.Sum(Count);

    private static Exception Caught(Action run)
    {
        try
        {
            run();
            throw new InvalidOperationException("It did not throw.");
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private sealed class Hostile : Exception
    {
        public override string Message => throw new NotSupportedException();

        public override string StackTrace => throw new NotSupportedException();
    }
}
