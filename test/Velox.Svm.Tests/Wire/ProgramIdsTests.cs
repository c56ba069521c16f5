using System.Reflection;
using Velox.Primitives;
using Xunit;

namespace Velox.Svm.Tests;

public sealed class ProgramIdsTests
{
    [Fact]
    public void All_ids_are_distinct()
    {
        Address[] ids =
        [
            .. new[] { typeof(ProgramIds), typeof(SysvarIds) }
                .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
                .Select(field => (Address)field.GetValue(null)!),
        ];

        Assert.Equal(38, ids.Length);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void The_system_program_is_all_zero() => Assert.True(ProgramIds.System.IsZero);

    [Fact]
    public void The_book_program_has_its_documented_address() =>
        Assert.Equal("VeLoxBook1111111111111111111111111111111111", ProgramIds.Book.ToString());
}
